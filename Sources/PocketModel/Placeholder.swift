enum PlaceholderPocketModel {}
