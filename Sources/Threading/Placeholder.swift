enum PlaceholderThreading {}
