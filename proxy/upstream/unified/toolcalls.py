"""Tool calls as the unified chat tells them, turned into pieces. No I/O."""

from collections.abc import Iterator, Sequence

from proxy.upstream.errors import BadAnswer, CutStream
from proxy.upstream.unified.codec import CallSoFar
from proxy.upstream.vocabulary import Tool, ToolCallDelta


class ToolCalls:
    """The upstream repeats a call with longer arguments each time; the caller wants
    only what is new. Calls are numbered in the order in which they begin."""

    def __init__(self, tools: Sequence[Tool]) -> None:
        self._names = [tool.name for tool in tools]
        self._begun: dict[str, int] = {}
        self._told: dict[str, str] = {}
        self._open: set[str] = set()

    def __bool__(self) -> bool:
        return bool(self._begun)

    def see(self, call: CallSoFar) -> Iterator[ToolCallDelta]:
        """Raises BadAnswer for a tool that nobody offered, or words taken back."""
        if call.id not in self._begun:
            name = self._name(call.name)
            index = self._begun[call.id] = len(self._begun)
            self._told[call.id] = ""
            yield ToolCallDelta(index, call.id, name, "")
        index, told = self._begun[call.id], self._told[call.id]
        arguments = call.arguments
        if not call.is_streaming and not arguments:
            # No arguments are still an object to the caller.
            arguments = told or "{}"
        if not arguments.startswith(told):
            raise BadAnswer("The upstream changed a tool call that it had begun.")
        if new := arguments[len(told) :]:
            self._told[call.id] = arguments
            yield ToolCallDelta(index, "", "", new)
        change = self._open.add if call.is_streaming else self._open.discard
        change(call.id)

    def check_whole(self) -> None:
        """Raises CutStream if a call was still growing."""
        if self._open:
            raise CutStream("The upstream stopped within a tool call.")

    def _name(self, name: str) -> str:
        """The caller's own name of it; the vendor puts the server's before some."""
        for known in self._names:
            if name == known or name.endswith((f"_{known}", f"-{known}")):
                return known
        raise BadAnswer("The upstream called a tool that was not offered.")
