package discord

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"authfix/bot"
)

// ErrClaimLost says that another process has what was claimed.
var ErrClaimLost = errors.New("another process has claimed it")

const (
	// keepWithin bounds one call of [Claims].
	keepWithin = 3 * time.Second
)

// alone are the claims of a process without others. What is written is known
// until the process ends.
type alone struct {
	mu     sync.Mutex
	states map[string][]byte
}

func newAlone() *alone { return &alone{states: make(map[string][]byte)} }

// Claim implements [Claims].
func (a *alone) Claim(_ context.Context, name string, _ time.Time) ([]byte, bool, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.states[name], true, nil
}

// Keep implements [Claims].
func (a *alone) Keep(_ context.Context, name string, state []byte, _ time.Time) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.states[name] = state
	return nil
}

// Release implements [Claims].
func (a *alone) Release(ctx context.Context, name string, state []byte) error {
	return a.Keep(ctx, name, state, time.Time{})
}

// shardName is what a shard is claimed by, and identifyName the turn to begin a
// session, of which Discord lets one of each bucket begin every five seconds.
func shardName(index, count int) string { return fmt.Sprintf("discord/shard/%d/%d", index, count) }
func identifyName(bucket int) string    { return fmt.Sprintf("discord/identify/%d", bucket) }

// maxDirects bounds the direct conversations that are remembered, so that they
// can be read back.
const maxDirects = 500

// A shardState is what whoever has a shard next has to know. Times are in
// microseconds.
type shardState struct {
	Session string `json:"session,omitempty"` // "" when it cannot be resumed
	URL     string `json:"url,omitempty"`     // where it is resumed
	Seq     int64  `json:"seq,omitempty"`     // up to which every event was decided
	At      int64  `json:"at,omitempty"`      // when that was; 0: nothing was ever heard
	// Contentless is a session that is not told what messages say.
	Contentless bool     `json:"contentless,omitempty"`
	Directs     []string `json:"directs,omitempty"` // channels of direct conversations, the latest last
	Me          string   `json:"me,omitempty"`      // the bot's user, which only the beginning of a session tells
	Began       int64    `json:"began,omitempty"`   // when a session was last begun by IDENTIFY
	Streak      int      `json:"streak,omitempty"`  // how many have begun since one lasted
}

// readState reads what was written under a claim. What cannot be read is as if
// nothing had been written.
func readState(data []byte) shardState {
	var s shardState
	if len(data) == 0 || bot.Decode(data, &s) != nil || s.Seq < 0 || s.At < 0 || s.Began < 0 || s.Streak < 0 {
		return shardState{}
	}
	if len(s.Directs) > maxDirects {
		s.Directs = s.Directs[len(s.Directs)-maxDirects:]
	}
	return s
}

func (s shardState) encode() []byte {
	data, err := json.Marshal(s)
	if err != nil {
		panic(err) // it has nothing that cannot be encoded
	}
	return data
}
