enum PlaceholderRuntimeTests {}
