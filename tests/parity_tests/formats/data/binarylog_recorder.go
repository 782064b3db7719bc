// Serves a health service, calls it, and writes grpc-go's binary log of the server.
package main

import (
	"context"
	"net"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/binarylog"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health"
	pb "google.golang.org/grpc/health/grpc_health_v1"
)

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	server := grpc.NewServer()
	service := health.NewServer()
	pb.RegisterHealthServer(server, service)
	go server.Serve(listener)
	channel, err := grpc.Dial(listener.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	check(err)
	client := pb.NewHealthClient(channel)
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	_, err = client.Check(ctx, &pb.HealthCheckRequest{})
	check(err)
	client.Check(ctx, &pb.HealthCheckRequest{Service: "none"})
	watch, stop := context.WithCancel(ctx)
	stream, err := client.Watch(watch, &pb.HealthCheckRequest{Service: "builds"})
	check(err)
	stream.Recv()
	service.SetServingStatus("builds", pb.HealthCheckResponse_SERVING)
	stream.Recv()
	stop()
	time.Sleep(200 * time.Millisecond)
	channel.Close()
	server.Stop()
	binarylog.SetSink(nil)
}

func init() {
	sink, err := binarylog.NewTempFileSink()
	check(err)
	binarylog.SetSink(sink)
}
