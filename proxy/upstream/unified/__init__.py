"""The `unified` upstream: Connect RPC `StreamUnifiedChatWithTools`, over HTTP/2."""
