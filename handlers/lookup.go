package handlers

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"authfix/bot"
	"authfix/knowledge"
)

// The commands that look something up in the knowledge base. None of them
// repeats what was typed: that may be a secret, and replies are kept.

// maxFound is how many failure modes a search lists: a phone's screen full.
const maxFound = 8

// explainCommand explains a topic, for one product if one is named behind it;
// without a name it lists what there is.
func (t *turn) explainCommand(_ context.Context, args string) error {
	if args == "" {
		r := bot.Reply{Headline: say.topics, Sections: []bot.Section{{Prose: say.topicsHint}}}
		var list []bot.Field
		for _, topic := range t.base.Topics() {
			list = append(list, bot.Field{Name: topic.Names[0], Value: topic.Title})
		}
		if list != nil {
			r.Sections = append([]bot.Section{{Fields: list}}, r.Sections...)
		}
		return t.respond(r)
	}
	topic, products, ok := findTopic(t.base, args)
	if !ok {
		var known []string
		for _, topic := range t.base.Topics() {
			known = append(known, topic.Names[0])
		}
		return &UserError{Message: say.noTopic, Hint: fmt.Sprintf(say.thereIs, strings.Join(known, ", "))}
	}
	return t.respond(topicReply(topic, products))
}

// findTopic reads a name, or a name followed by a product of which the topic
// tells: "debug logging jira".
func findTopic(base *knowledge.Base, args string) (*knowledge.Topic, []knowledge.Product, bool) {
	if topic, ok := base.Topic(args); ok {
		return topic, nil, true
	}
	words := strings.Fields(args)
	for i := len(words) - 1; i > 0; i-- {
		topic, ok := base.Topic(strings.Join(words[:i], " "))
		if !ok {
			continue
		}
		if p, ok := product(topic.Products, strings.Join(words[i:], " ")); ok {
			return topic, []knowledge.Product{p}, true
		}
	}
	return nil, nil, false
}

// topicReply is a topic as a reply. What it says product by product is long and
// shown for the named ones alone; else it is said how to get it.
func topicReply(topic *knowledge.Topic, products []knowledge.Product) bot.Reply {
	r := bot.Reply{Headline: topic.Title}
	if products == nil {
		for paragraph := range strings.SplitSeq(topic.Text, "\n\n") {
			if p := oneLine(paragraph); p != "" {
				r.Sections = append(r.Sections, bot.Section{Prose: p})
			}
		}
	}
	if topic.Warning != "" { // it is said whenever anything of the topic is
		r.Sections = append(r.Sections, bot.Section{Label: say.warning, Prose: oneLine(topic.Warning)})
	}
	if topic.Table != nil && products == nil {
		r.Sections = append(r.Sections, bot.Section{Label: strings.Join(topic.Table.Columns, " · "), Fields: rows(topic.Table)})
	}
	switch {
	case products != nil:
		for i := range products {
			r.Sections = append(r.Sections, productSections(&products[i])...)
		}
	case len(topic.Products) > 0 && topic.ID == knowledge.LogLocations:
		r.Sections = append(r.Sections, bot.Section{Label: say.log, Fields: folders(topic.Products)}, bot.Section{Prose: say.logsHint})
	case len(topic.Products) > 0:
		r.Sections = append(r.Sections, bot.Section{Label: say.steps, Prose: fmt.Sprintf(say.perProduct, titles(topic.Products), topic.Names[0], topic.Products[0].Name)})
	}
	if len(topic.Related) > 0 {
		r.Sections = append(r.Sections, bot.Section{Label: say.see, Prose: "explain " + strings.Join(topic.Related, " · explain ")})
	}
	return withSources(r, topic.References)
}

// rows are the rows of a table, each as the first cell with the others.
func rows(table *knowledge.Table) []bot.Field {
	var all []bot.Field
	for _, row := range table.Rows {
		if len(row) == 0 {
			continue
		}
		var rest []string
		for _, cell := range row[1:] {
			if cell = oneLine(cell); cell != "" {
				rest = append(rest, cell)
			}
		}
		all = append(all, bot.Field{Name: oneLine(row[0]), Value: strings.Join(rest, " · ")})
	}
	return all
}

// folders is where each product writes its application log.
func folders(products []knowledge.Product) []bot.Field {
	var all []bot.Field
	for _, p := range products {
		all = append(all, bot.Field{Name: p.Title, Value: strings.Join(p.Application, " or ")})
	}
	return all
}

func titles(products []knowledge.Product) string {
	var all []string
	for _, p := range products {
		all = append(all, p.Title)
	}
	return strings.Join(all, ", ")
}

// productSections is what a topic says of one product.
func productSections(p *knowledge.Product) []bot.Section {
	var lines []string
	for _, path := range p.Application {
		lines = append(lines, say.log+": "+path)
	}
	for _, path := range p.Tomcat {
		lines = append(lines, say.tomcat+": "+path)
	}
	var all []bot.Section
	all = appendList(all, p.Title, lines, false)
	all = appendList(all, p.Title, oneLines(p.Steps), true)
	if note := oneLine(p.Note); note != "" {
		all = append(all, bot.Section{Label: say.note, Prose: note})
	}
	return all
}

// logsCommand says where products write their logs.
func (t *turn) logsCommand(_ context.Context, args string) error {
	all, references := t.base.Logs("")
	if len(all) == 0 {
		return &UserError{Message: say.noLogs}
	}
	if args == "" {
		return t.respond(withSources(bot.Reply{Headline: say.logsHeadline, Sections: []bot.Section{
			{Label: say.log, Fields: folders(all)}, {Prose: say.logsHint}}}, references))
	}
	found, ok := products(all, args)
	if !ok {
		return &UserError{Message: say.noLogs, Hint: fmt.Sprintf(say.thereIs, titles(all))}
	}
	r := bot.Reply{Headline: say.logsHeadline}
	for i := range found {
		r.Sections = append(r.Sections, productSections(&found[i])...)
	}
	return t.respond(withSources(r, references))
}

// products reads the names of one or more products: "jira", "bitbucket server",
// "jira, confluence", "jira and crowd".
func products(all []knowledge.Product, args string) ([]knowledge.Product, bool) {
	if p, ok := product(all, args); ok {
		return []knowledge.Product{p}, true
	}
	words := strings.Fields(strings.ReplaceAll(args, ",", " "))
	var found []knowledge.Product
	for len(words) > 0 {
		if w := strings.ToLower(words[0]); w == "and" || w == "&" || w == "+" {
			words = words[1:]
			continue
		}
		n := len(words) // the longest name first: "jira software" is no jira and something
		for ; n > 0; n-- {
			if p, ok := product(all, strings.Join(words[:n], " ")); ok {
				found = append(found, p)
				break
			}
		}
		if n == 0 {
			return nil, false
		}
		words = words[n:]
	}
	return found, len(found) > 0
}

// product finds a product by a name; case, blanks and hyphens are ignored.
func product(all []knowledge.Product, name string) (knowledge.Product, bool) {
	wanted := squeezed(name)
	for _, p := range all {
		for _, n := range append([]string{p.Name, p.Title}, p.Names...) {
			if squeezed(n) == wanted {
				return p, true
			}
		}
	}
	return knowledge.Product{}, false
}

func squeezed(name string) string {
	return strings.NewReplacer("-", "", "_", "", " ", "").Replace(strings.ToLower(name))
}

// showCommand shows a failure mode whole, or without an id which there are.
func (t *turn) showCommand(_ context.Context, args string) error {
	id := namedID(args)
	if id == "" {
		return t.respond(modesReply(t.base.List("")))
	}
	m, ok := t.base.Lookup(id)
	if !ok {
		e := &UserError{Message: say.noMode, Hint: say.searchHint}
		var unknown *knowledge.UnknownID
		if errors.As(t.base.NoSuchID(id), &unknown) && len(unknown.Near) > 0 {
			e.Hint = fmt.Sprintf(say.didYouMean, strings.Join(unknown.Near, " or show "))
		}
		return e
	}
	return t.respond(modeReply(m))
}

// maxNamed is how many failure modes a reply names one by one.
const maxNamed = 60

// modesReply says which failure modes there are, by the system that they are of.
// When there are too many to be read, it says how many each system has.
func modesReply(all []knowledge.Listed) bot.Reply {
	var systems []string
	of := map[string][]string{}
	for _, m := range all {
		system := say.otherSystems
		if len(m.Systems) > 0 {
			system = m.Systems[0]
		}
		if of[system] == nil {
			systems = append(systems, system)
		}
		of[system] = append(of[system], m.Title+" ("+m.ID+")")
	}
	slices.Sort(systems)
	r := bot.Reply{Headline: fmt.Sprintf(say.homeKnows, len(all))}
	var counts []bot.Field
	for _, s := range systems {
		if len(all) <= maxNamed {
			r.Sections = append(r.Sections, bot.Section{Label: s, List: of[s]})
		} else {
			counts = append(counts, bot.Field{Name: s, Value: strconv.Itoa(len(of[s]))})
		}
	}
	if counts != nil {
		r.Sections = append(r.Sections, bot.Section{Fields: counts})
	}
	r.Sections = append(r.Sections, bot.Section{Prose: say.searchHint})
	return r
}

// namedID is the id in what was typed, which may be copied from a footnote, with
// its version, or from code.
func namedID(args string) string {
	id, _, _ := strings.Cut(strings.Trim(args, "`'\"“”‘’<>()., \t\n"), "@")
	return strings.ToLower(strings.TrimSpace(id))
}

// searchCommand lists the failure modes whose texts fit best.
func (t *turn) searchCommand(_ context.Context, args string) error {
	if args == "" {
		return &UserError{Message: say.noWords, Hint: say.searchExample}
	}
	found := t.base.Search(args, maxFound)
	if len(found) == 0 {
		return &UserError{Message: say.nothingFound, Hint: say.searchExample}
	}
	var list []string
	for _, r := range found {
		list = append(list, r.Title+" ("+r.ID+")")
	}
	return t.respond(bot.Reply{Headline: say.foundHeadline, Sections: []bot.Section{
		{List: list, Number: true}, {Prose: fmt.Sprintf(say.showHint, found[0].ID)}}})
}

func withSources(r bot.Reply, all []knowledge.Reference) bot.Reply {
	var shown []bot.Link
	for _, l := range all {
		shown = append(shown, bot.Link{Label: l.Title, URL: l.URL})
	}
	if shown != nil {
		r.Sections = append(r.Sections, bot.Section{Label: say.sources, Links: shown})
	}
	return r
}

// oneLine joins a text that is folded in its source.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

func oneLines(all []string) []string {
	var out []string
	for _, s := range all {
		out = append(out, oneLine(s))
	}
	return out
}
