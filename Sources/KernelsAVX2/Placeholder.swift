enum PlaceholderKernelsAVX2 {}
