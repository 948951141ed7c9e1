"""`openai` for Python: one chat, told as a line of JSON."""

import json
import os

import openai

client = openai.OpenAI(
    base_url=os.environ["BASE_URL"],
    api_key=os.environ["KEY"],
    max_retries=int(os.environ.get("RETRIES", "0")),
)
asked = {
    "model": os.environ["MODEL"],
    "messages": [{"role": "user", "content": "Hi"}],
}
said: dict[str, object] = {"text": "", "error": None, "status": None}
try:
    if os.environ.get("WHOLE"):
        answer = client.chat.completions.create(**asked)  # type: ignore[call-overload]
        said["text"] = answer.choices[0].message.content
    else:
        for chunk in client.chat.completions.create(**asked, stream=True):  # type: ignore[call-overload]
            if chunk.choices:
                said["text"] = f"{said['text']}{chunk.choices[0].delta.content or ''}"
except openai.APIError as error:
    said["error"], said["status"] = str(error), getattr(error, "status_code", None)
print(json.dumps(said))
