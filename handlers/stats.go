package handlers

import (
	"context"
	"fmt"
	"strings"
	"time"

	"authfix/bot"
	"authfix/storage"
)

// maxModes is how many failure modes the figures name.
const maxModes = 5

// statsCommand says what there was in the last seven or thirty days of the
// whole workspace, and as many days before.
func (t *turn) statsCommand(ctx context.Context, args string) error {
	days, headline, before := 7, say.statsWeek, say.weekBefore
	switch strings.ToLower(args) {
	case "", "week":
	case "month":
		days, headline, before = 30, say.statsMonth, say.monthBefore
	default:
		return &UserError{Message: say.noSpan, Hint: say.noSpanHint}
	}
	span := time.Duration(days) * 24 * time.Hour
	to := t.now.Add(time.Microsecond) // what was received at this moment counts
	now, err := t.desk.store.Figures(ctx, t.tenant, to.Add(-span), to)
	if err != nil {
		return fmt.Errorf("figures: %w", err)
	}
	last, err := t.desk.store.Figures(ctx, t.tenant, to.Add(-2*span), to.Add(-span))
	if err != nil {
		return fmt.Errorf("figures of the time before: %w", err)
	}
	return t.respond(statsReply(headline, before, &now, &last))
}

// statsReply says figures and those of the time before.
func statsReply(headline, before string, now, last *storage.Figures) bot.Reply {
	if now.Cases == 0 {
		r := bot.Reply{Headline: headline, Sections: []bot.Section{{Prose: say.noCases}}}
		if last.Cases > 0 {
			r.Sections[0].Prose = fmt.Sprintf(say.noCasesBut, last.Cases, before)
		}
		return r
	}
	r := bot.Reply{Headline: headline}
	var list []bot.Field
	add := func(name string, n, m int64) {
		if n > 0 || m > 0 {
			list = append(list, bot.Field{Name: name, Value: fmt.Sprintf("%d (%d %s)", n, m, before)})
		}
	}
	list = append(list, bot.Field{Name: say.cases, Value: fmt.Sprintf("%d (%d %s)", now.Cases, last.Cases, before)})
	add(say.knownCases, now.Known, last.Known)
	add(say.unknownCases, now.Unknown, last.Unknown)
	add(say.helped, now.Helped, last.Helped)
	add(say.unhelped, now.Unhelped, last.Unhelped)
	add(say.wrong, now.Wrong, last.Wrong)
	add(say.resolve, now.Resolved, last.Resolved)
	add(say.escalatedCases, now.Escalated, last.Escalated)
	if now.Median > 0 {
		value := took(now.Median)
		if last.Median > 0 {
			value += " (" + took(last.Median) + " " + before + ")"
		}
		list = append(list, bot.Field{Name: say.timeToAnswer, Value: value})
	}
	r.Sections = append(r.Sections, bot.Section{Fields: list})
	var modes []string
	for _, m := range now.Modes[:min(len(now.Modes), maxModes)] {
		modes = append(modes, modeLine(&m))
	}
	r.Sections = appendList(r.Sections, say.mostFrequent, modes, true)
	if n := len(now.Modes) - maxModes; n > 0 {
		r.Sections = append(r.Sections, bot.Section{Prose: fmt.Sprintf(say.andMore, n)})
	}
	return r
}

// modeLine is one failure mode's part of the figures.
func modeLine(m *storage.ModeFigures) string {
	title := m.Title
	if title == "" {
		title = m.FailureMode
	} else {
		title += " (" + m.FailureMode + ")"
	}
	line := fmt.Sprintf("%s: %s", title, times(m.Cases))
	for _, x := range []struct {
		n    int64
		what string
	}{{m.Helped, say.modeHelped}, {m.Wrong, say.modeWrong}, {m.Resolved, say.modeResolved}} {
		if x.n > 0 {
			line += fmt.Sprintf(", %s %d", x.what, x.n)
		}
	}
	return line
}

// times says how often.
func times(n int64) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

// took is a duration for a person: as exact as it matters.
func took(d time.Duration) string {
	switch {
	case d < 10*time.Millisecond:
		return "under 10 ms"
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	case d < 10*time.Second:
		return fmt.Sprintf("%.1f s", d.Seconds())
	case d < 2*time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < 2*time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	}
	return fmt.Sprintf("%.1f h", d.Hours())
}
