package slack

import (
	"sync"
	"time"
)

// A cache remembers what Slack said for a while. The zero cache keeps everything
// for no time; see [newCache].
type cache[V any] struct {
	keep time.Duration
	mu   sync.Mutex
	all  map[string]cached[V]
}

type cached[V any] struct {
	value V
	until time.Time
}

func newCache[V any](keep time.Duration) *cache[V] {
	return &cache[V]{keep: keep, all: make(map[string]cached[V])}
}

func (c *cache[V]) get(key string, now time.Time) (V, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	one, ok := c.all[key]
	return one.value, ok && now.Before(one.until)
}

func (c *cache[V]) put(key string, v V, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.all) >= maxBelieved {
		for k, one := range c.all {
			if !now.Before(one.until) {
				delete(c.all, k)
			}
		}
		if len(c.all) >= maxBelieved {
			clear(c.all)
		}
	}
	c.all[key] = cached[V]{v, now.Add(c.keep)}
}

func (c *cache[V]) drop(key string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.all, key)
}

// memory is what is remembered of Slack's answers.
type memory struct {
	gap       time.Duration // between the messages of one reply
	begun     begun
	directs   *cache[string] // channel of the direct messages, by tenant and person
	people    *cache[personInfo]
	channels  *cache[channelInfo]
	members   *cache[bool]
	addresses *cache[string] // of workspaces
	cursors   *cache[string] // of interrupted searches
}

func newMemory() memory {
	return memory{
		gap:     pace,
		directs: newCache[string](believeDirect), people: newCache[personInfo](believeRole),
		channels: newCache[channelInfo](believeChannel), members: newCache[bool](believeChannel),
		addresses: newCache[string](believeAddress), cursors: newCache[string](cursorsFor),
	}
}
