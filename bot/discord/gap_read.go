package discord

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"time"

	"authfix/bot"
)

// readChannel reads a channel back and has what was said decided, the oldest
// first. It reports whether that is done, as far as it can be.
func (sh *shard) readChannel(ctx context.Context, c gapChannel) bool {
	after := idAt(maxTime(c.from.Add(-overlap), sh.p.now().Add(-longestGap)))
	for range gapPages {
		page, ok := sh.readPage(ctx, c, after)
		if !ok {
			return ctx.Err() == nil
		}
		for _, m := range page {
			if !sh.saidMeanwhile(ctx, c, m) {
				return false
			}
			after = max(after, m.id)
		}
		if len(page) < gapPage {
			return true
		}
	}
	sh.log.Warn("not everything of a channel is read back: too much was said", "channel", c.id, "messages", gapPages*gapPage)
	return true
}

// A pastMessage is one that was read back.
type pastMessage struct {
	id     uint64
	edited int64
	data   json.RawMessage
}

// readPage reads the next messages of a channel, the oldest first. ok is false when
// they cannot be read.
func (sh *shard) readPage(ctx context.Context, c gapChannel, after uint64) (page []pastMessage, ok bool) {
	for n := 0; n < gapTries; n++ {
		var data json.RawMessage
		path := "/channels/" + c.id + "/messages?limit=" + strconv.Itoa(gapPage) + "&after=" + strconv.FormatUint(after, 10)
		err := sh.p.rest.call(ctx, call{method: http.MethodGet, route: "/channels/{}/messages", path: path, into: &data, wait: true})
		if err == nil {
			return pastMessages(data, after), true
		}
		if ctx.Err() != nil {
			return nil, false
		}
		if status := statusOf(err); status == http.StatusForbidden || status == http.StatusNotFound {
			sh.log.Debug("a channel is not read back: the bot cannot see it", "channel", c.id, "err", err)
			return nil, false
		}
		sh.log.Warn("a channel cannot be read back yet", "channel", c.id, "err", err)
		if !pause(ctx, backoff(n+1, longestRetry)) {
			return nil, false
		}
	}
	sh.log.Error("a channel is not read back", "channel", c.id)
	return nil, false
}

// pastMessages are the messages of a page, the oldest first.
func pastMessages(data json.RawMessage, after uint64) []pastMessage {
	var page []pastMessage
	for _, raw := range array(data) {
		var m struct {
			ID     string `json:"id"`
			Edited string `json:"edited_timestamp"`
		}
		if bot.Decode(raw, &m) != nil || snowflake(m.ID) <= after {
			continue
		}
		page = append(page, pastMessage{snowflake(m.ID), micros(m.Edited), raw})
	}
	slices.SortFunc(page, func(a, b pastMessage) int {
		switch {
		case a.id < b.id:
			return -1
		case a.id > b.id:
			return 1
		}
		return 0
	})
	return page
}

// saidMeanwhile has a message decided that was read back, and reports whether it
// is. One that may have been decided before it was edited is told as edited too.
func (sh *shard) saidMeanwhile(ctx context.Context, c gapChannel, m pastMessage) bool {
	e := event{kind: "MESSAGE_CREATE", data: m.data, received: time.Now(), at: sh.p.now(), size: len(m.data), guild: c.guild}
	if !sh.hands.whole(ctx, e) {
		return false
	}
	if m.edited == 0 || m.id >= idAt(c.from) {
		return true
	}
	e.kind = "MESSAGE_UPDATE"
	return sh.hands.whole(ctx, e)
}

func maxTime(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
