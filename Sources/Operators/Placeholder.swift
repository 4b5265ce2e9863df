enum PlaceholderOperators {}
