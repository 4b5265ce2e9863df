"""Qwen3-ASR in PyTorch: definition, training of the pocket model, ONNX export and references."""
