enum PlaceholderAudio {}
