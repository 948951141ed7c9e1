// `openai` for Node: one chat, told as a line of JSON.
import OpenAI from "openai";

const client = new OpenAI({
  baseURL: process.env.BASE_URL,
  apiKey: process.env.KEY,
  maxRetries: Number(process.env.RETRIES ?? "0"),
});
const asked = {
  model: process.env.MODEL,
  messages: [{ role: "user", content: "Hi" }],
};
const said = { text: "", error: null, status: null };
try {
  if (process.env.WHOLE) {
    const answer = await client.chat.completions.create(asked);
    said.text = answer.choices[0].message.content;
  } else {
    const stream = await client.chat.completions.create({ ...asked, stream: true });
    for await (const chunk of stream) said.text += chunk.choices[0]?.delta?.content ?? "";
  }
} catch (error) {
  said.error = String(error?.message ?? error);
  said.status = error?.status ?? null;
}
console.log(JSON.stringify(said));
