package handlers

import (
	"context"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"authfix/bot"
	"authfix/knowledge"
	"authfix/storage"
)

// paste20 is a paste of twenty lines that is recognised.
var paste20 = strings.Repeat("2026-07-01 09:57:00,101 INFO  [c.a.j.web.filters] Request handled in 12 ms, user=jsmith, session ok\n", 18) +
	"2026-07-01 09:58:12,101 ERROR [c.a.applinks.oauth] Failed to authenticate: oauth_problem=timestamp_refused\n" +
	"2026-07-01 09:58:12,102 ERROR [c.a.applinks.oauth] oauth_acceptable_timestamps=\"1782899592-1782900192\" oauth_timestamp=\"1782896400\"\n"

// BenchmarkHandle measures events from received to recorded durably: messages of
// a triage channel, each in a thread of its own, with the built-in knowledge.
// Answered ones leave a case, an observation, a reply and a sighting; silent
// ones a delivery and a message. Run it with -cpu 1 for the figure of one core.
func BenchmarkHandle(b *testing.B) {
	for _, e := range engines() {
		for _, kind := range []string{"answered", "silent", "elsewhere"} {
			b.Run(e.name+"/"+kind, func(b *testing.B) {
				benchmarkHandle(b, e.open(b)(), kind, 0)
			})
		}
	}
}

// BenchmarkHandleAt measures the cost of an event among so many stored cases.
func BenchmarkHandleAt(b *testing.B) {
	for _, cases := range []int{1_000, 100_000} {
		b.Run(strconv.Itoa(cases), func(b *testing.B) {
			benchmarkHandle(b, engines()[0].open(b)(), "answered", cases)
		})
	}
}

func benchmarkHandle(b *testing.B, store storage.Store, kind string, cases int) {
	base, err := knowledge.Builtin()
	if err != nil {
		b.Fatal(err)
	}
	d, err := New(base, store, Options{TriageChannels: []string{"bench:C1"}, PersonRate: 1 << 30, ChannelRate: 1 << 30})
	if err != nil {
		b.Fatal(err)
	}
	text := map[string]string{"answered": paste20, "silent": strings.Repeat("all is well here, the deploy went through\n", 20), "elsewhere": paste20}[kind]
	var n atomic.Int64
	handle := func(ctx context.Context) {
		i := strconv.FormatInt(n.Add(1), 10)
		m := bot.Message{Tenant: bot.Tenant{Platform: "bench", Workspace: "T"}, Kind: bot.Said, Channel: "C1", Place: bot.Public, Key: "k" + i, Delivery: "d" + i,
			Author: bot.Author{ID: "U" + i}, Text: text + "\noauth_consumer_key=\"consumer-" + i + "\""}
		if kind == "elsewhere" {
			m.Channel = "C2"
		}
		if _, err := d.Handle(ctx, m); err != nil {
			b.Error(err)
		}
	}
	b.SetParallelism(64 / runtime.GOMAXPROCS(0))
	if cases > 0 {
		fill(b, handle, cases)
	}
	b.ReportAllocs()
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			handle(context.Background())
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
}

// fill makes so many cases through the desk.
func fill(b *testing.B, handle func(context.Context), cases int) {
	work := make(chan struct{})
	done := make(chan struct{})
	for range 64 {
		go func() {
			for range work {
				handle(context.Background())
			}
			done <- struct{}{}
		}()
	}
	for range cases {
		work <- struct{}{}
	}
	close(work)
	for range 64 {
		<-done
	}
}
