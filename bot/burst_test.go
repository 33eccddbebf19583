package bot_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"authfix/bot"
)

// TestBurstInOneChannel has many replies wait for one channel of a platform
// without a pace, where a send takes some milliseconds.
func TestBurstInOneChannel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n, each = 2000, 5 * time.Millisecond
		m := newMemory()
		for i := range n {
			m.add(out("c", fmt.Sprint(i)))
		}
		p := local{name: "test", send: func(context.Context, bot.Destination, bot.Reply) (bot.Sent, error) {
			time.Sleep(each)
			return bot.Sent{ID: "id"}, nil
		}}
		stop := run(t, bot.NewDispatcher(silent, m.of("a"), quiet(), bot.Options{}), p)
		began := time.Now()
		for m.count(bot.WasSent) < n && time.Since(began) < time.Minute {
			time.Sleep(10 * time.Millisecond)
		}
		took := time.Since(began)
		if err := stop(); err != nil {
			t.Errorf("Run = %v", err)
		}
		t.Logf("%d replies sent in %v, %d settled in all", n, took, m.settled)
		if took > 3*n*each {
			t.Errorf("%d sends of %v took %v", n, each, took)
		}
		if m.settled > 5*n {
			t.Errorf("%d settlements for %d replies", m.settled, n)
		}
	})
}
