print("qwen3-asr")
