enum PlaceholderTranscription {}
