package bot

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"
)

// Run listens to platforms and sends their replies until ctx ends, or one of
// them cannot go on: then it returns that one's error, which names it. It also
// returns when every platform has ended by itself, after the replies that could
// be sent at once were sent; so with none it returns at once. It is called once.
//
// It stops softly: no new message is taken, decisions and sends that have begun
// are finished, and replies that were not begun are handed back to the outbox.
// What is not finished when [Options].Grace is nearly over is interrupted, and
// is decided or sent again by whoever comes next. Run returns within Grace; an
// error names the platforms that did not let go.
func (d *Dispatcher) Run(ctx context.Context, platforms ...Platform) error {
	names := make(map[string]bool)
	for _, p := range platforms {
		if names[p.Name()] {
			return fmt.Errorf("there are two platforms %q", p.Name())
		}
		names[p.Name()] = true
	}
	soft, stop := context.WithCancel(ctx)
	defer stop()
	work, interrupt := context.WithCancel(context.WithoutCancel(ctx))
	defer interrupt()
	write, abandon := context.WithCancel(context.WithoutCancel(ctx))
	defer abandon()
	defer d.stopping.Store(true)

	var (
		mu       sync.Mutex
		first    error
		running  = make(map[string]int) // by platform
		wg       sync.WaitGroup
		hearing  sync.WaitGroup
		drain    = make(chan struct{})
		finished = make(chan struct{})
	)
	begin := func(name string, f func()) {
		mu.Lock()
		running[name]++
		mu.Unlock()
		wg.Go(func() {
			f()
			mu.Lock()
			if running[name]--; running[name] == 0 {
				delete(running, name)
			}
			mu.Unlock()
		})
	}
	for _, p := range platforms {
		name := p.Name()
		hearing.Add(1)
		begin(name, func() {
			defer hearing.Done()
			err := d.listen(soft, work, p)
			if err == nil && soft.Err() == nil {
				d.log.Info("platform has ended", "platform", name)
			}
			if err == nil || soft.Err() != nil && errors.Is(err, context.Canceled) {
				return
			}
			mu.Lock()
			if first == nil {
				first = fmt.Errorf("platform %s: %w", name, err)
			}
			mu.Unlock()
			stop()
		})
		s := newSender(d, p)
		begin(name, func() { s.run(soft, work, write, drain) })
	}
	go func() {
		hearing.Wait()
		close(drain)
		wg.Wait()
		close(finished)
	}()

	select {
	case <-finished:
		return first
	case <-soft.Done():
	}
	d.stopping.Store(true)
	grace := d.opts.Grace
	defer time.AfterFunc(grace*7/10, interrupt).Stop()
	defer time.AfterFunc(grace*9/10, abandon).Stop()
	last := time.NewTimer(grace)
	defer last.Stop()
	select {
	case <-finished:
		return first
	case <-last.C:
	}
	mu.Lock()
	defer mu.Unlock()
	var held []string
	for name := range running {
		held = append(held, name)
	}
	return errors.Join(first, fmt.Errorf("not stopped within %v: %s", grace, strings.Join(held, ", ")))
}

// listen calls Listen. A panic in it is an error.
func (d *Dispatcher) listen(soft, work context.Context, p Platform) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = panicked(r)
			d.log.Error("panic while listening", "platform", p.Name(), "err", err, "stack", stack())
		}
	}()
	return p.Listen(soft, func(ctx context.Context, m Message) (Ack, error) {
		return d.accept(ctx, soft, work, p.Name(), m)
	})
}
