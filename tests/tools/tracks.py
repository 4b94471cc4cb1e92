# SPDX-License-Identifier: Apache-2.0
"""What has to hold for every trace that bh saves."""


def slices_by_track(events):
    """Every slice is closed, in order; times never step back on a track. {track: slices}."""
    last, opened, slices = {}, {}, {}
    for e in events:
        track = e["pid"], e["tid"]
        if e["ph"] == "M":
            continue
        assert e["ts"] >= last.get(track, 0), e
        last[track] = e["ts"]
        if e["ph"] == "B":
            opened.setdefault(track, []).append(e)
        elif e["ph"] == "E":
            begin = opened[track].pop()
            assert not opened[track], e
            slices.setdefault(track, []).append((begin["name"], begin["ts"], e["ts"]))
    assert not any(opened.values())
    return slices
