enum PlaceholderONNXFormat {}
