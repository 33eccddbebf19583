// Package cache remembers for a while what a platform's service said.
package cache

import (
	"sync"
	"time"
)

// A Cache remembers values by key, each for the same while, and no more than a
// number of them. Its methods are safe for concurrent use.
type Cache[V any] struct {
	keep time.Duration
	most int
	mu   sync.Mutex
	all  map[string]entry[V]
}

type entry[V any] struct {
	value V
	until time.Time
}

// New returns a cache that remembers at most so many values, each for keep.
func New[V any](keep time.Duration, most int) *Cache[V] {
	return &Cache[V]{keep: keep, most: most, all: make(map[string]entry[V])}
}

// Get returns what was put under a key, unless that is too long ago.
func (c *Cache[V]) Get(key string, now time.Time) (V, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	one, ok := c.all[key]
	return one.value, ok && now.Before(one.until)
}

// Put remembers a value from now on. When there are too many, those that are too
// old are forgotten, and all of them when that does not help.
func (c *Cache[V]) Put(key string, v V, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.all) >= c.most {
		for k, one := range c.all {
			if !now.Before(one.until) {
				delete(c.all, k)
			}
		}
		if len(c.all) >= c.most {
			clear(c.all)
		}
	}
	c.all[key] = entry[V]{v, now.Add(c.keep)}
}

// Drop forgets a key.
func (c *Cache[V]) Drop(key string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.all, key)
}
