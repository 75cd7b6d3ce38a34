"""Which cells of a table of counts to keep back, so that none that tells of too few people can be worked out.

Rows and columns, with the totals' ones, are vertices, hidden cells are edges. With published totals a hidden cell can
be worked out exactly when its edge is a bridge. Gusfield (1988), SIAM J. Comput. 17:552-571.
"""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from heapq import heappop, heappush

Cell = tuple[int, int]
"""Row and column, from 0; the number of rows or columns stands for the total."""

Table = Sequence[Sequence[int]]


_PAIR = 2
"""One hidden part alone is what is left of the whole."""


def hidden_parts(counts: Sequence[int], k: int) -> frozenset[int]:
    """Which parts of one whole to hide: those of fewer than k, and the smallest others until k are hidden together.

    What is left after subtracting the shown parts from the whole is then two parts or more, of k people or more.
    """
    hidden = {at for at, count in enumerate(counts) if 0 < count < k}
    others = sorted((count, at) for at, count in enumerate(counts) if count >= k)
    while hidden and others and (len(hidden) < _PAIR or sum(counts[at] for at in hidden) < k):
        hidden.add(others.pop(0)[1])
    return frozenset(hidden)


def hidden_beside(counts: Sequence[int], rest: Sequence[int], k: int) -> frozenset[int]:
    """Which parts of a whole to hide where the same parts of the rest can be had by subtracting from all.

    The parts that are small here or there, and the smallest others until here and there k are hidden together.
    """
    hidden = {at for at, pair in enumerate(zip(counts, rest, strict=True)) if any(0 < count < k for count in pair)}
    others = sorted((counts[at] + rest[at], at) for at in range(len(counts)) if at not in hidden)
    while hidden and others and (len(hidden) < _PAIR or _fewest(counts, rest, hidden) < k):
        at = others.pop(0)[1]
        if counts[at] or rest[at]:
            hidden.add(at)
    return frozenset(hidden)


def _fewest(counts: Sequence[int], rest: Sequence[int], hidden: AbstractSet[int]) -> int:
    """Of those who chose hidden parts here and there; nobody hides where there is nobody at all."""
    sums = [sum(side[at] for at in hidden) for side in (counts, rest) if sum(side)]
    return min(sums, default=0)


def with_totals(table: Table) -> list[list[int]]:
    """The table with a column and a row of totals."""
    rows = [[*row, sum(row)] for row in table]
    return [*rows, [sum(column) for column in zip(*rows, strict=True)]]


def suppressed(
    table: Table, k: int, secret: AbstractSet[Cell] = frozenset(), absent: AbstractSet[Cell] = frozenset()
) -> frozenset[Cell]:
    """The cells to hide: those of fewer than k people, totals too, with as cheap a cover as is found.

    `secret` cells are treated as too small whatever they count. `absent` ones are not shown anyway: they give cover and
    need none unless they are small. A cell that nothing is left to cover with stays alone.
    """
    counts = with_totals(table)
    cells = {(r, c) for r, row in enumerate(counts) for c, count in enumerate(row) if count}
    small = {(r, c) for r, c in cells if counts[r][c] < k} | (secret & cells)
    hidden = small | (absent & cells)
    alone: set[Cell] = set()
    while bare := sorted((small & bridges(hidden, len(counts))) - alone):
        path = _cheapest_cover(counts, hidden, bare[0])
        if path:
            hidden |= path
        else:
            alone.add(bare[0])
    return frozenset(hidden)


def bridges(hidden: AbstractSet[Cell], rows: int) -> set[Cell]:
    """The hidden cells that can be worked out from the others and the totals; `rows` counts the totals' row."""
    near: dict[int, list[int]] = {}
    for row, column in sorted(hidden):
        near.setdefault(row, []).append(rows + column)
        near.setdefault(rows + column, []).append(row)
    order: dict[int, int] = {}
    lowest: dict[int, int] = {}
    found: set[Cell] = set()
    for start in near:
        if start not in order:
            for parent, child in _walk(start, near, order, lowest):
                if lowest[child] > order[parent]:
                    found.add((min(parent, child), max(parent, child) - rows))
    return found


def _walk(
    start: int, near: dict[int, list[int]], order: dict[int, int], lowest: dict[int, int]
) -> Iterator[tuple[int, int]]:
    """Tarjan's depth-first walk, without recursion: each edge of the tree once its lower end is done with."""
    order[start] = lowest[start] = len(order)
    stack = [(start, -1, iter(near[start]))]
    while stack:
        at, parent, others = stack[-1]
        for other in others:
            if other not in order:
                order[other] = lowest[other] = len(order)
                stack.append((other, at, iter(near[other])))
                break
            if other != parent:
                lowest[at] = min(lowest[at], order[other])
        else:
            stack.pop()
            if parent >= 0:
                lowest[parent] = min(lowest[parent], lowest[at])
                yield parent, at


def _cheapest_cover(counts: Table, hidden: AbstractSet[Cell], bridge: Cell) -> set[Cell]:
    """The non-zero cells of the cheapest way between a bridge's ends; hidden ones cost nothing. Dijkstra (1959).

    The whole table's total is never hidden.
    """
    start, goal = bridge[0], len(counts) + bridge[1]
    best: dict[int, int] = {start: 0}
    came: dict[int, tuple[int, Cell]] = {}
    queue = [(0, start)]
    while queue:
        cost, at = heappop(queue)
        if at == goal:
            break
        for other, cell in _ways(counts, at):
            price = cost + (0 if cell in hidden else counts[cell[0]][cell[1]])
            if cell != bridge and price < best.get(other, price + 1):
                best[other] = price
                came[other] = (at, cell)
                heappush(queue, (price, other))
    path: set[Cell] = set()
    at = goal if goal in came else start
    while at != start:
        at, cell = came[at]
        path.add(cell)
    return path


def _ways(counts: Table, at: int) -> Iterator[tuple[int, Cell]]:
    rows = len(counts)
    cells = [(at, c) for c in range(len(counts[0]))] if at < rows else [(r, at - rows) for r in range(rows)]
    for row, column in cells:
        if counts[row][column] and (row, column) != (rows - 1, len(counts[0]) - 1):
            yield (rows + column if at < rows else row), (row, column)
