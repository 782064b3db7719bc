module crossfade/bench/faults

go 1.24
