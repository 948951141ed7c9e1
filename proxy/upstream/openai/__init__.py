"""The `openai` upstream: any server that speaks OpenAI's chat completions."""
