enum PlaceholderONNXFormatTests {}
