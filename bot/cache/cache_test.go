package cache

import (
	"fmt"
	"testing"
	"time"
)

func TestCache(t *testing.T) {
	const most, keep = 100, time.Minute
	now := time.Date(2026, 7, 1, 10, 0, 0, 0, time.UTC)
	c := New[int](keep, most)
	for i := range most + 10 {
		c.Put(fmt.Sprint(i), i, now)
	}
	if n := len(c.all); n > most {
		t.Errorf("%d are remembered, want at most %d", n, most)
	}
	last := fmt.Sprint(most + 9)
	if v, ok := c.Get(last, now); !ok || v != most+9 {
		t.Errorf("Get = %d, %t, want %d", v, ok, most+9)
	}
	if _, ok := c.Get(last, now.Add(keep)); ok {
		t.Error("it is remembered too long")
	}
	c.Drop(last)
	if _, ok := c.Get(last, now); ok {
		t.Error("it is remembered though it was dropped")
	}
}

// What is too old makes room, and what is not stays.
func TestCacheMakesRoom(t *testing.T) {
	now := time.Date(2026, 7, 1, 10, 0, 0, 0, time.UTC)
	c := New[int](time.Minute, 2)
	c.Put("old", 1, now)
	now = now.Add(40 * time.Second)
	c.Put("young", 2, now)
	now = now.Add(30 * time.Second)
	c.Put("new", 3, now)
	if _, ok := c.Get("young", now); !ok {
		t.Error("what is young is forgotten")
	}
	if len(c.all) != 2 {
		t.Errorf("%d are remembered, want 2", len(c.all))
	}
}
