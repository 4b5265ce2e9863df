enum PlaceholderTokenizationTests {}
