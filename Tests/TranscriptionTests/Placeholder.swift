enum PlaceholderTranscriptionTests {}
