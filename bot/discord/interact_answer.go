package discord

import (
	"context"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// privately is an answer of one text that who used the interaction alone sees.
func privately(text string) *interactionAnswer {
	return &interactionAnswer{Type: answerMessage, Data: privateText(text)}
}

// privateText is a message of one text for one person. It mentions nobody.
func privateText(text string) written {
	return inert(written{payload: payload{Content: clipped(text, maxContent)}, Flags: flagEphemeral})
}

// followUp says a text to who used an interaction, once that has been answered. It
// takes the place of an answer that was put off.
func (p *Platform) followUp(ctx context.Context, replyTo, text string) error {
	_, err := p.follow(ctx, replyTo, payload{Content: clipped(text, maxContent)}, flagEphemeral)
	return err
}

// errorsText says what is wrong in a form. Discord shows no errors at its fields.
func errorsText(errors map[string]string) string {
	var fields []string
	for f := range errors {
		fields = append(fields, f)
	}
	slices.Sort(fields)
	var all []string
	for _, f := range fields {
		if e := strings.TrimSpace(errors[f]); e != "" && !slices.Contains(all, e) {
			all = append(all, e)
		}
	}
	return strings.Join(append(all, "Use the command again to correct it."), "\n")
}

// answerWait is how long a reply waits for the first answer of the interaction by
// which it goes.
const answerWait = 3 * time.Second

// An answering knows which interactions are being answered. A decision wakes the
// sender of its replies before the first answer has left, and Discord knows no
// token whose interaction was not answered yet. The zero answering is ready; its
// methods are safe for concurrent use.
type answering struct {
	mu  sync.Mutex
	now map[string]chan struct{} // by token
}

// begin notes that the interaction of a token is being answered, until what it
// returns is called.
func (a *answering) begin(token string) (answered func()) {
	done := make(chan struct{})
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.now == nil {
		a.now = make(map[string]chan struct{})
	}
	a.now[token] = done
	return func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		if a.now[token] == done {
			delete(a.now, token)
		}
		close(done)
	}
}

// wait returns when the first answer has left to the interaction of a ReplyTo, as
// far as this process gives it, at most after [answerWait].
func (a *answering) wait(ctx context.Context, replyTo string) {
	_, token, _ := strings.Cut(replyTo, "/")
	a.mu.Lock()
	done := a.now[token]
	a.mu.Unlock()
	if done == nil {
		return
	}
	t := time.NewTimer(answerWait)
	defer t.Stop()
	select {
	case <-done:
	case <-t.C:
	case <-ctx.Done():
	}
}

// interactions is what is known of the interactions in hand.
type interactions struct {
	answering  answering
	deciding   places // that wait for a decision
	suggesting places // that wait for suggestions
}

// places bounds how many do something at once. The zero places are all free; its
// methods are safe for concurrent use.
type places struct{ taken atomic.Int64 }

// enter takes one of so many places, if one is free.
func (s *places) enter(of int64) bool {
	if s.taken.Add(1) > of {
		s.taken.Add(-1)
		return false
	}
	return true
}

func (s *places) leave() { s.taken.Add(-1) }
