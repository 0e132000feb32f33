"""Where messages arrive, by whichever channel: each is handled once, by the handler of its kind."""

import asyncio
import inspect
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from gridplus_client.messages import CalledAgain, CalledOff, Message, Other, Whistle, read
from gridplus_client.seen import Seen

OnWhistle: TypeAlias = Callable[[Whistle], object]
OnCalledAgain: TypeAlias = Callable[[CalledAgain], object]
OnCalledOff: TypeAlias = Callable[[CalledOff], object]
OnOther: TypeAlias = Callable[[Other], object]
OnFailure: TypeAlias = Callable[[Message, Exception], object]
Said: TypeAlias = Message | bytes | str | Mapping[str, Any]


class _Handlers:
    def __init__(
        self,
        seen: Seen,
        *,
        whistle: OnWhistle,
        called_off: OnCalledOff,
        called_again: OnCalledAgain | None = None,
        other: OnOther | None = None,
        failed: OnFailure | None = None,
    ) -> None:
        """`called_again` absent: `whistle` gets those too. `other` absent: unknown kinds are passed by.

        `failed` is told of a handler that raised, and the message counts as handled then: it is put aside, and is
        yours. Without `failed` the error goes on to whoever asked for the message, which comes again; so does what
        `seen` itself raises (`database is locked`), always: no handler has settled the message then.
        """
        self._seen: Final = seen
        self._whistle, self._called_off = whistle, called_off
        self._called_again, self._other, self._failed = called_again, other, failed

    def _call(self, message: Message) -> object:
        if isinstance(message, CalledAgain) and self._called_again:
            return self._called_again(message)
        if isinstance(message, Whistle):
            return self._whistle(message)
        if isinstance(message, CalledOff):
            return self._called_off(message)
        if isinstance(message, Other) and self._other:
            return self._other(message)
        return None


class Inbox(_Handlers):
    """Handlers, and the memory of what they have handled. For threads; see `AsyncInbox`."""

    def take(self, said: Said) -> bool:
        """Returns once the message is handled and noted; True where it was new. Raises what the handler raises, and
        what `seen` raises."""
        message = said if isinstance(said, Message) else read(said)
        if not message.id:  # no CloudEvent: there is nothing to remember it by
            _finished(self._call(message))
            return True
        raised: Exception | None = None
        try:
            with self._seen.once(message.id) as new:
                if new:
                    try:
                        _finished(self._call(message))
                    except Exception as error:  # the handler is foreign code: whoever set `failed` decides
                        raised = error
                        raise
                return new
        except Exception as error:
            if (
                error is not raised or self._failed is None
            ):  # the memory's own: nobody has handled the message
                raise
            with self._seen.once(message.id) as new:
                if new:
                    _finished(self._failed(message, error))
            return True


class AsyncInbox(_Handlers):
    """The same for coroutines; plain functions may be handlers too. One message at a time."""

    def __init__(self, seen: Seen, **handlers: Any) -> None:
        super().__init__(seen, **handlers)
        self._turn: Final = asyncio.Lock()

    async def take(self, said: Said) -> bool:
        """Returns once the message is handled and noted; True where it was new. Raises what the handler raises, and
        what `seen` raises."""
        message = said if isinstance(said, Message) else read(said)
        # `Seen` holds a lock, which a second task of this thread would wait for in vain.
        async with self._turn:
            if not message.id:
                await _awaited(self._call(message))
                return True
            raised: Exception | None = None
            try:
                with self._seen.once(message.id) as new:
                    if new:
                        try:
                            await _awaited(self._call(message))
                        except Exception as error:
                            raised = error
                            raise
                    return new
            except Exception as error:
                if error is not raised or self._failed is None:
                    raise
                with self._seen.once(message.id) as new:
                    if new:
                        await _awaited(self._failed(message, error))
                return True


def _finished(answer: object) -> None:
    """Raises TypeError for a coroutine: nobody would run it, and its message would be gone."""
    if inspect.iscoroutine(answer):
        answer.close()
        raise TypeError("a handler is a coroutine function: use AsyncInbox")


async def _awaited(answer: object) -> None:
    if inspect.isawaitable(answer):
        await answer
