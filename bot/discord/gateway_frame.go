package discord

import (
	"errors"
	"io"
	"regexp"
	"strconv"

	"authfix/bot"
)

// read reads a frame. Of one that is too long only its head is there, and its
// data is empty.
func (c *conn) read() (f frame, size int, err error) {
	_, r, err := c.ws.NextReader()
	if err != nil {
		return f, 0, err
	}
	data, err := io.ReadAll(io.LimitReader(r, maxFrame))
	if err != nil {
		return f, 0, err
	}
	rest, err := io.CopyN(io.Discard, r, maxDiscard)
	if err == nil {
		return f, 0, errors.New("a frame without end")
	}
	if !errors.Is(err, io.EOF) {
		return f, 0, err
	}
	size = len(data) + int(rest)
	if rest > 0 || bot.Decode(data, &f) != nil {
		return headOf(data), size, nil
	}
	return f, size, nil
}

var (
	seqInHead  = regexp.MustCompile(`"s"\s*:\s*([0-9]{1,18})`)
	kindInHead = regexp.MustCompile(`"t"\s*:\s*"([A-Z_]{1,60})"`)
)

// headOf is what can be told of a frame that is too long or no JSON: it is told
// by the first bytes, in which Discord has the type and the number.
func headOf(data []byte) frame {
	head := data[:min(len(data), 256)]
	f := frame{Op: opDispatch, Kind: kindUnread, raw: data[:min(len(data), maxPayload)]}
	if found := kindInHead.FindSubmatch(head); found != nil {
		f.Kind = string(found[1])
	}
	if found := seqInHead.FindSubmatch(head); found != nil {
		if n, err := strconv.ParseInt(string(found[1]), 10, 64); err == nil {
			f.Seq = &n
		}
	}
	return f
}

// kindUnread is the kind of an event whose kind could not be read.
const kindUnread = "UNREAD"
