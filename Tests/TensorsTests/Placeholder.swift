enum PlaceholderTensorsTests {}
