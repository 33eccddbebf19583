package handlers

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"authfix/bot"
	"authfix/knowledge"
	"authfix/storage"
)

// maxWarned bounds the secrets that one warning names.
const maxWarned = 10

// warn tells the author of a message privately which secrets were in it and
// where to make them worthless: once for each secret. Of a command's answer,
// which is private anyway, the warning is a part; reply is nil when there is none.
func (t *turn) warn(ctx context.Context, d *knowledge.Diagnosis, reply *bot.Reply, caseID string) error {
	var marks [][]byte
	told := map[string]string{} // mark → sentence
	for _, r := range d.Redactions {
		if _, ok := told[r.Mark]; r.Revoke == "" || r.Mark == "" || ok || len(marks) == maxWarned {
			continue
		}
		told[r.Mark] = fmt.Sprintf("%s (line %d): %s", r.Placeholder, r.Line, r.Revoke)
		marks = append(marks, []byte(r.Mark))
	}
	if len(marks) == 0 || t.m.Kind == bot.Clicked {
		return nil
	}
	mem, err := t.desk.store.Recall(ctx, storage.Query{Tenant: t.tenant, Secrets: marks})
	if err != nil {
		return fmt.Errorf("recall warnings: %w", err)
	}
	for _, m := range mem.Warned {
		delete(told, string(m))
	}
	var list []string
	var pages []bot.Link
	for _, m := range marks {
		if s, ok := told[string(m)]; ok {
			list = append(list, s)
			pages = appendPages(pages, s)
			t.rec.Warned = append(t.rec.Warned, m)
		}
	}
	if len(list) == 0 {
		return nil
	}
	var links []bot.Section
	if pages != nil {
		links = []bot.Section{{Label: say.revokeAt, Links: pages}}
	}
	if reply != nil && (t.m.Kind == bot.Commanded || t.m.Place == bot.Direct) {
		reply.Sections = append(append(reply.Sections, bot.Section{Label: say.secret, List: list}), links...)
		return nil
	}
	_, err = t.tellAbout(bot.Reply{Headline: say.leaked, Tone: bot.Warning, Sections: append(append([]bot.Section{{List: list}}, links...), bot.Section{Prose: say.leakedHint})}, caseID)
	return err
}

// page finds the address of a page in a sentence of our own.
var page = regexp.MustCompile(`https://[^\s]*[^\s.,;:)]`)

// appendPages adds the pages that a sentence names: as text an address leads
// nowhere in chat.
func appendPages(all []bot.Link, sentence string) []bot.Link {
	for _, address := range page.FindAllString(sentence, -1) {
		if l := (bot.Link{Label: strings.TrimPrefix(address, "https://"), URL: address}); !slices.Contains(all, l) {
			all = append(all, l)
		}
	}
	return all
}
