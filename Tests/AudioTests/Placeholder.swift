enum PlaceholderAudioTests {}
