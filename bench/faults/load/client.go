package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"time"

	"crossfade/bench/faults/answer"
)

const (
	patience  = 30 * time.Second
	oneInPost = 10
)

// One connection. Go's own client would send a GET again where a connection broke, and so hide it.
type client struct {
	address string
	conn    net.Conn
	reader  *bufio.Reader
}

// Asks for one answer: whether the request was written to a connection, and what was wrong ("" where nothing was).
func (c *client) ask(number int64) (sent bool, kind string) {
	if c.conn != nil && c.isClosed() {
		c.close()
	}
	if c.conn == nil {
		conn, err := net.DialTimeout("tcp", c.address, patience)
		if err != nil {
			return false, kindOf(err)
		}
		c.conn, c.reader = conn, bufio.NewReader(conn)
	}
	c.conn.SetDeadline(time.Now().Add(patience))
	request, expected := newRequest(number)
	if _, err := c.conn.Write(request); err != nil {
		c.close()
		return true, kindOf(err)
	}
	reply, err := http.ReadResponse(c.reader, nil)
	if err != nil {
		c.close()
		return true, kindOf(err)
	}
	body, err := io.ReadAll(reply.Body)
	if err != nil {
		c.close()
		return true, "body: " + kindOf(err)
	}
	if reply.Close {
		c.close()
	}
	if reply.StatusCode != 200 {
		return true, fmt.Sprintf("status %d", reply.StatusCode)
	}
	if !bytes.Equal(body, expected) {
		return true, "other bytes"
	}
	return true, ""
}

// Whether the other end closed it while it was idle, as a client with a pool looks before it writes.
func (c *client) isClosed() bool {
	raw, err := c.conn.(*net.TCPConn).SyscallConn()
	if err != nil {
		return true
	}
	closed := false
	raw.Read(func(fd uintptr) bool {
		n, _, err := syscall.Recvfrom(int(fd), []byte{0}, syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
		closed = n >= 0 && err == nil || err != nil && !errors.Is(err, syscall.EAGAIN)
		return true
	})
	return closed
}

func (c *client) close() {
	c.conn.Close()
	c.conn = nil
}

// newRequest is a request with its number in it, and the body of its answer.
func newRequest(number int64) (request, expected []byte) {
	target := fmt.Sprintf("/items/%d?fields=all", number)
	head := "Host: bench\r\nAccept: application/json\r\nAuthorization: Bearer " + strings.Repeat("x", 40) + "\r\n"
	if number%oneInPost != 0 {
		return []byte("GET " + target + " HTTP/1.1\r\n" + head + "\r\n"), answer.Body("GET", target, nil)
	}
	posted := fmt.Appendf(nil, `{"item":%d}`, number)
	head += fmt.Sprintf("Content-Type: application/json\r\nContent-Length: %d\r\n", len(posted))
	return append([]byte("POST "+target+" HTTP/1.1\r\n"+head+"\r\n"), posted...), answer.Body("POST", target, posted)
}

func kindOf(err error) string {
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return "refused"
	case errors.Is(err, os.ErrDeadlineExceeded):
		return "timeout"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return "connection lost"
	default:
		return "not HTTP: " + err.Error()
	}
}
