enum PlaceholderKernelsTests {}
