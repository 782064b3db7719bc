// Sends requests at fixed arrival times, whatever the answers do (open loop), and holds each answer against the bytes
// that its request must have. Nothing is retried.
//
// Each line of standard input, "REQUESTS RATE", is one block; each block is one line of JSON on standard output. A
// request that could not start in time, because all connections were waiting, still counts from its arrival time.
// Connections are kept from block to block.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"sort"
	"sync"
	"sync/atomic"
	"time"
)

type failure struct {
	At   float64 `json:"at"`
	Kind string  `json:"kind"`
}

type block struct {
	OK       int       `json:"ok"`
	Sent     int       `json:"sent"`
	Seconds  float64   `json:"seconds"`
	P50      float64   `json:"p50_ms"`
	P99      float64   `json:"p99_ms"`
	Failures []failure `json:"failures"`
}

var (
	numbers  atomic.Int64 // no two requests are the same
	progress atomic.Int64
)

func main() {
	address := flag.String("address", "", "host:port")
	connections := flag.Int("connections", 32, "connections")
	told := flag.Duration("told", 0, "writes how many were sent to standard error, so often")
	flag.Parse()
	if *told > 0 {
		go func() {
			for range time.Tick(*told) {
				fmt.Fprintln(os.Stderr, progress.Load())
			}
		}()
	}
	clients := make([]*client, *connections)
	for i := range clients {
		clients[i] = &client{address: *address}
	}
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		var requests int64
		var rate float64
		if _, err := fmt.Sscan(lines.Text(), &requests, &rate); err != nil {
			fmt.Fprintln(os.Stderr, "load: expected REQUESTS RATE, got", lines.Text())
			os.Exit(2)
		}
		json.NewEncoder(os.Stdout).Encode(run(clients, requests, rate))
	}
}

func run(clients []*client, requests int64, rate float64) block {
	var next atomic.Int64
	var lock sync.Mutex
	var waiting sync.WaitGroup
	var taken []float64
	found := block{Failures: []failure{}}
	begin := time.Now()
	for _, one := range clients {
		waiting.Go(func() {
			for i := next.Add(1) - 1; i < requests; i = next.Add(1) - 1 {
				arrival := begin.Add(time.Duration(float64(i) / rate * float64(time.Second)))
				time.Sleep(time.Until(arrival))
				sent, kind := one.ask(numbers.Add(1))
				took := time.Since(arrival).Seconds() * 1000
				lock.Lock()
				taken = append(taken, took)
				if sent {
					found.Sent++
					progress.Add(1)
				}
				if kind == "" {
					found.OK++
				} else {
					found.Failures = append(found.Failures, failure{float64(time.Now().UnixMilli()) / 1000, kind})
				}
				lock.Unlock()
			}
		})
	}
	waiting.Wait()
	sort.Float64s(taken)
	found.Seconds, found.P50, found.P99 = time.Since(begin).Seconds(), at(taken, 0.5), at(taken, 0.99)
	return found
}

func at(sorted []float64, share float64) float64 {
	return sorted[min(len(sorted)-1, int(share*float64(len(sorted))))]
}
