"""The `streamchat` upstream: Connect RPC `aiserver.v1.AiService/StreamChat`."""
