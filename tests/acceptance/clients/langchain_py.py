"""LangChain's ChatOpenAI: one streamed chat, told as a line of JSON."""

import json
import os

from langchain_openai import ChatOpenAI
from pydantic import SecretStr

model = ChatOpenAI(
    base_url=os.environ["BASE_URL"],
    api_key=SecretStr(os.environ["KEY"]),
    model=os.environ["MODEL"],
    max_retries=0,
)
said: dict[str, object] = {"text": "", "error": None}
try:
    for chunk in model.stream("Hi"):
        said["text"] = f"{said['text']}{chunk.text}"
except Exception as error:
    said["error"] = f"{type(error).__name__}: {error}"
print(json.dumps(said))
