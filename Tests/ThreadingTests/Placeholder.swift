enum PlaceholderThreadingTests {}
