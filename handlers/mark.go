package handlers

import (
	"authfix/bot"
	"authfix/storage"
)

// mark shows on the message that began a case how the case stands by now, where
// the channel wants that: people see without opening a thread what is answered,
// and what is still nobody's.
func (t *turn) mark() error {
	c := t.rec.Case
	if c == nil || !t.policy.Marks || c.Private || c.Thread == "" || c.Channel != t.m.Channel {
		return nil
	}
	if t.m.Kind == bot.Deleted && t.m.Key == c.Thread { // there is nothing to mark
		return nil
	}
	before, after := bot.Mark(""), markOf(c)
	if old := t.mem.Case; old != nil && old.ID == c.ID {
		before = markOf(old)
	}
	if t.out.Decision == fileQueued { // how it stands is not known until the file is read
		after = ""
	}
	if before == after {
		return nil
	}
	// It is no reply of the case: nothing is said in its place later.
	_, err := t.add(bot.Reply{Mark: after, Unmark: before}, storage.Outgoing{Channel: c.Channel, Thread: c.Thread, Message: c.Thread})
	return err
}

// markOf is the mark of a case.
func markOf(c *storage.Case) bot.Mark {
	switch {
	case c.State == storage.Resolved:
		return bot.Resolved
	case c.State == storage.Escalated:
		return bot.Escalated
	case c.State != storage.Open:
		return ""
	case c.FailureMode == "":
		return bot.Unknown
	}
	return bot.Answered
}
