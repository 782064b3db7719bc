// Sends requests at fixed arrival times, whatever the answers do (open loop).
//
// A request that could not start in time, because all clients were waiting, still counts from its arrival time: nothing
// is left out of the latency. With more arrivals than the server can take this measures its throughput. With -rate 0
// each client asks as soon as it has its answer (closed loop), and a request counts from its sending.
package main

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"sort"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

type result struct {
	OK       int     `json:"ok"`
	Failed   int     `json:"failed"`
	Unserved int     `json:"unserved"`
	Seconds  float64 `json:"seconds"`
	P50      float64 `json:"p50_ms"`
	P90      float64 `json:"p90_ms"`
	P99      float64 `json:"p99_ms"`
	Max      float64 `json:"max_ms"`
}

func main() {
	base := flag.String("url", "", "http://host:port")
	rate := flag.Float64("rate", 200, "arrivals per second; 0: each client asks when it has its answer")
	seconds := flag.Float64("seconds", 5, "how long requests arrive")
	connections := flag.Int("connections", 16, "connections")
	streams := flag.Int("streams", 1, "requests at a time on each; over 1 with -grpc only")
	grpc := flag.Bool("grpc", false, "gRPC unary over HTTP/2 without TLS, instead of GET over HTTP/1.1")
	flag.Parse()

	var next atomic.Int64
	var failed atomic.Int64
	var first sync.Once
	var lock sync.Mutex
	var all []float64
	var waiting sync.WaitGroup
	begin := time.Now().Add(50 * time.Millisecond)
	end := begin.Add(time.Duration(*seconds * float64(time.Second)))
	for range *connections {
		client := newClient(*grpc)
		for range *streams {
			waiting.Add(1)
			go func() {
				defer waiting.Done()
				var mine []float64
				for {
					i := next.Add(1) - 1
					arrival := arrivalOf(i, *rate, begin)
					if arrival.After(end) || time.Now().After(end) {
						next.Add(-1)
						break
					}
					time.Sleep(time.Until(arrival))
					if err := ask(client, *base, *grpc, i); err != nil {
						failed.Add(1)
						first.Do(func() { fmt.Fprintln(os.Stderr, "load:", err) })
						continue
					}
					mine = append(mine, time.Since(arrival).Seconds()*1000)
				}
				lock.Lock()
				all = append(all, mine...)
				lock.Unlock()
			}()
		}
	}
	waiting.Wait()
	sort.Float64s(all)
	report := result{
		OK: len(all), Failed: int(failed.Load()), Unserved: max(0, int(*rate**seconds)-int(next.Load())),
		Seconds: time.Since(begin).Seconds(), P50: at(all, 0.5), P90: at(all, 0.9), P99: at(all, 0.99), Max: at(all, 1),
	}
	json.NewEncoder(os.Stdout).Encode(report)
}

func arrivalOf(i int64, rate float64, begin time.Time) time.Time {
	if rate > 0 {
		return begin.Add(time.Duration(float64(i) / rate * float64(time.Second)))
	}
	if now := time.Now(); now.After(begin) {
		return now
	}
	return begin
}

func newClient(grpc bool) *http.Client {
	var protocols http.Protocols
	protocols.SetHTTP1(!grpc)
	protocols.SetUnencryptedHTTP2(grpc)
	transport := &http.Transport{Protocols: &protocols, DisableCompression: true, MaxIdleConnsPerHost: 1}
	return &http.Client{Transport: transport, Timeout: 30 * time.Second}
}

func ask(client *http.Client, base string, grpc bool, i int64) error {
	request, err := http.NewRequest("GET", fmt.Sprintf("%s/users/%d?fields=name,mail", base, i%5000), nil)
	if grpc {
		request, err = http.NewRequest("POST", base+"/bench.v1.Users/List", bytes.NewReader(frame(i)))
		request.Header.Set("Content-Type", "application/grpc")
		request.Header.Set("Te", "trailers")
	} else {
		request.Header.Set("Accept", "application/json")
		request.Header.Set("Authorization", "Bearer "+strings.Repeat("x", 40))
	}
	if err != nil {
		return err
	}
	answer, err := client.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if size, err := io.Copy(io.Discard, answer.Body); err != nil || answer.StatusCode != 200 || size < 1000 {
		return fmt.Errorf("expected 200 with 1 KB, got %d with %d bytes (%v)", answer.StatusCode, size, err)
	}
	if grpc && answer.Trailer.Get("Grpc-Status") != "0" {
		return fmt.Errorf("expected grpc-status 0, got %q", answer.Trailer.Get("Grpc-Status"))
	}
	return nil
}

// Field 1 of bench.proto's request, in a gRPC frame.
func frame(i int64) []byte {
	text := fmt.Sprintf("page-%08d", i%5000)
	payload := append([]byte{1<<3 | 2, byte(len(text))}, text...)
	head := make([]byte, 5, 5+len(payload))
	binary.BigEndian.PutUint32(head[1:], uint32(len(payload)))
	return append(head, payload...)
}

func at(sorted []float64, share float64) float64 {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[min(len(sorted)-1, int(share*float64(len(sorted))))]
}
