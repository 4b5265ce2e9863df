enum PlaceholderKernelsPortable {}
