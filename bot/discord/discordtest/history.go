package discordtest

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
)

func (c *call) getMessage() (any, error) {
	ch, err := c.channel(ReadMessageHistory)
	if err != nil {
		return nil, err
	}
	m, err := c.message(ch)
	if err != nil {
		return nil, err
	}
	return c.s.readable(m), nil
}

// readable is a message as REST shows it to the app.
func (s *Server) readable(m *Message) object {
	o := clone(s.messageObject(m))
	if s.opts.NoMessageContent {
		return s.bare(m, o)
	}
	return o
}

// getMessages is GET /channels/{channel}/messages: a page, the newest first.
// https://docs.discord.com/developers/resources/message#get-channel-messages
func (c *call) getMessages() (any, error) {
	ch, err := c.channel(0)
	if err != nil {
		return nil, err
	}
	q := c.r.URL.Query()
	n := 50
	if l := q.Get("limit"); l != "" {
		f := &form{}
		if n, err = strconv.Atoi(l); err != nil || n < 1 {
			f.add("limit", "NUMBER_TYPE_MIN", "int value should be greater than or equal to 1.")
		}
		f.over("limit", "history.limit", n)
		if err := f.err(); err != nil {
			return nil, err
		}
	}
	if !ch.takesMessages() {
		return nil, refuse(http.StatusBadRequest, 50008, "Cannot send messages in a non-text channel")
	}
	out := []object{}
	if ch.Guild != "" && !c.s.may(Bot, ch).has(ReadMessageHistory) {
		return out, nil // as documented: no messages, without an error
	}
	var all []*Message
	for _, m := range c.s.inChannel[ch.ID] {
		if !m.Deleted && !m.Ephemeral {
			all = append(all, m)
		}
	}
	slices.SortFunc(all, func(a, b *Message) int { return order(a.ID, b.ID) })
	from := func(id string) int { // the first that is not below id
		i, _ := slices.BinarySearchFunc(all, id, func(m *Message, id string) int { return order(m.ID, id) })
		return i
	}
	lo, hi := max(0, len(all)-n), len(all)
	switch {
	case q.Get("after") != "":
		lo = from(q.Get("after"))
		if lo < len(all) && all[lo].ID == q.Get("after") {
			lo++
		}
		hi = min(lo+n, len(all))
	case q.Get("before") != "":
		hi = from(q.Get("before"))
		lo = max(0, hi-n)
	case q.Get("around") != "":
		lo = max(0, from(q.Get("around"))-n/2)
		hi = min(lo+n, len(all))
	}
	for _, m := range slices.Backward(all[lo:hi]) {
		out = append(out, c.s.readable(m))
	}
	return out, nil
}

// order compares snowflakes.
func order(a, b string) int { return cmp.Or(len(a)-len(b), cmp.Compare(a, b)) }
