package knowledge

// A Topic is a concept or a table that is explained by name: what 3LO means,
// where a product writes its logs. It is written as topics/<id>.yaml and is
// never the answer to a paste.
type Topic struct {
	ID         string      `yaml:"id" json:"id"`                               // the file's name without .yaml
	Title      string      `yaml:"title" json:"title"`                         // a headline without a full stop, ≤ 90 characters
	Names      []string    `yaml:"names" json:"names"`                         // what people ask for, lower case, the shortest first; compared with case and '-', '_', ' ' ignored
	Text       string      `yaml:"text" json:"text"`                           // paragraphs, separated by an empty line
	Warning    string      `yaml:"warning,omitempty" json:"warning,omitempty"` // what must be said with it whenever it is shown, one or two sentences
	Table      *Table      `yaml:"table,omitempty" json:"table,omitempty"`
	Products   []Product   `yaml:"products,omitempty" json:"products,omitempty"` // what differs by product: one row each, in the order shown
	Related    []string    `yaml:"related,omitempty" json:"related,omitempty"`   // ids of other topics
	References []Reference `yaml:"references" json:"references"`
}

// A Table is a topic's table. Every row has as many cells as there are
// columns; a cell may be "".
type Table struct {
	Columns []string   `yaml:"columns" json:"columns"`
	Rows    [][]string `yaml:"rows" json:"rows"`
}

// A Product is what a topic says about one product. Paths hold placeholders
// such as <Jira home directory>, as the vendor's pages write them.
type Product struct {
	Name        string   `yaml:"name" json:"name"`                                   // the product, as product.name has it: jira, confluence, …
	Title       string   `yaml:"title" json:"title"`                                 // as people write it: "Jira"
	Names       []string `yaml:"names,omitempty" json:"names,omitempty"`             // other words for it, lower case: stash, "jira software"
	Application []string `yaml:"application,omitempty" json:"application,omitempty"` // folders of the application's own log
	Tomcat      []string `yaml:"tomcat,omitempty" json:"tomcat,omitempty"`           // folders of the web server's log; none when the product has no separate one
	Steps       []string `yaml:"steps,omitempty" json:"steps,omitempty"`             // what to do there, in order
	Note        string   `yaml:"note,omitempty" json:"note,omitempty"`               // what else to know, one or two sentences
}
