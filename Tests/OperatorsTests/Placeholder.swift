enum PlaceholderOperatorsTests {}
