module crossfade.dev/bench/proxy

go 1.24
