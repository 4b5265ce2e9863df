enum PlaceholderKernelsAVX512 {}
