// An upstream that costs little: HTTP/1.1 with 1 KB of JSON, and gRPC unary over HTTP/2 without TLS, on one port. GET /-/asked: how
// many other requests it has answered.
package main

import (
	"encoding/binary"
	"flag"
	"fmt"
	"io"
	"log"
	"net/http"
	"strings"
	"sync/atomic"
)

// one user of about 110 bytes, ten times
const user = `{"id":%d,"name":"user number %d","mail":"user%d@example.org","tags":["alpha","beta","gamma"],"active":true}`

func document() []byte {
	var items []string
	for i := range 10 {
		items = append(items, fmt.Sprintf(user, 1000+i, i, i))
	}
	return []byte(`{"users":[` + strings.Join(items, ",") + `],"next":null}`)
}

// A length-prefixed message whose field 1 is a text (see bench.proto).
func message(text []byte) []byte {
	field := append([]byte{1<<3 | 2}, binary.AppendUvarint(nil, uint64(len(text)))...)
	payload := append(field, text...)
	frame := make([]byte, 5, 5+len(payload))
	binary.BigEndian.PutUint32(frame[1:], uint32(len(payload)))
	return append(frame, payload...)
}

func main() {
	address := flag.String("listen", "127.0.0.1:0", "host:port")
	flag.Parse()
	text := document()
	frame := message(text)
	var asked atomic.Int64
	handler := func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/-/asked" {
			fmt.Fprint(w, asked.Load())
			return
		}
		asked.Add(1)
		io.Copy(io.Discard, r.Body)
		if strings.HasPrefix(r.Header.Get("Content-Type"), "application/grpc") {
			w.Header().Set("Content-Type", "application/grpc")
			w.Header().Set(http.TrailerPrefix+"Grpc-Status", "0")
			w.Write(frame)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.Write(text)
	}
	var protocols http.Protocols
	protocols.SetHTTP1(true)
	protocols.SetUnencryptedHTTP2(true)
	server := &http.Server{Addr: *address, Handler: http.HandlerFunc(handler), Protocols: &protocols}
	log.Fatal(server.ListenAndServe())
}
