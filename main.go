// Authfix says what a pasted integration error means: the cause, a diagnosis
// query filled in from the paste, and the fix.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"authfix/bot/terminal"
	"authfix/knowledge"
	"authfix/knowledge/strictyaml"
)

// Exit statuses, as grep has them.
const (
	recognised    = 0
	notRecognised = 1
	trouble       = 2
)

func main() { os.Exit(start()) }

// grace is how long a command may take to end after a signal, so that a batch
// can finish its line.
const grace = 300 * time.Millisecond

// start runs the program until it ends or a signal ends it.
func start() int {
	// A reader that went away, such as head, is noticed by the write.
	signal.Ignore(syscall.SIGPIPE)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	done := make(chan int, 1)
	go func() { done <- run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr) }()
	select {
	case code := <-done:
		return code
	case <-ctx.Done():
	}
	again := make(chan os.Signal, 1)
	signal.Notify(again, os.Interrupt, syscall.SIGTERM)
	enough := time.After(grace)
	if len(os.Args) > 1 && stopsItself(os.Args[1]) {
		enough = nil
	}
	select {
	case code := <-done:
		return code
	case <-again:
	case <-enough: // it waits for input, or reckons
	}
	fmt.Fprintln(os.Stderr, "authfix: interrupted")
	return trouble
}

// stopsItself reports whether a command bounds by itself how long it takes to
// end after a signal.
func stopsItself(command string) bool { return command == "serve" || command == "chat" }

// commands is the command line's grammar; each command has a file of its own.
type commands struct {
	Diagnose diagnoseCommand `cmd:"" help:"Say what a pasted error means: cause, query, fix."`
	Show     showCommand     `cmd:"" help:"Print one failure mode whole."`
	Search   searchCommand   `cmd:"" help:"Search the failure modes by words."`
	List     listCommand     `cmd:"" help:"List the failure modes."`
	Logs     logsCommand     `cmd:"" help:"Say where a product writes its logs."`
	Explain  explainCommand  `cmd:"" help:"Explain a concept: 3LO, 2LO, impersonation, token prefixes, DEBUG …"`
	Check    checkCommand    `cmd:"" help:"Validate failure modes and run every example against every one."`
	New      newCommand      `cmd:"" help:"Write a ready-to-edit failure mode."`
	Serve    serveCommand    `cmd:"" help:"Run everything that is configured: chat platforms, workers, health, metrics."`
	Chat     chatCommand     `cmd:"" help:"Talk to the desk in the terminal: paste, questions, answers, feedback."`
	Backup   backupCommand   `cmd:"" help:"Write an online, consistent copy of the database."`
	Doctor   doctorCommand   `cmd:"" help:"Try the configuration, the database and the rest; say what to do."`
	Manifest manifestCommand `cmd:"" help:"Print what a chat platform wants to know of the app."`
	Config   configCommand   `cmd:"" help:"Print the effective configuration, secrets hidden."`
	Version  versionCommand  `cmd:"" help:"Print the version."`
}

const description = `Paste an error; get the cause, a diagnosis query filled in from the paste, and the fix.

    authfix diagnose 'oauth_problem=timestamp_refused'
    kubectl logs jira-0 | authfix diagnose`

// program is what commands share: the streams, the clock and the settings.
type program struct {
	ctx            context.Context
	stdin          io.Reader
	stdout, stderr io.Writer
	now            func() time.Time
}

// A status ends the program with a number and no further word.
type status int

func (s status) Error() string { return fmt.Sprintf("exit status %d", int(s)) }

// run is the program but for the process: signals and os.Exit.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	var c commands
	exited := -1
	parser, err := kong.New(&c, kong.Name("authfix"), kong.Writers(stdout, stderr), kong.Exit(func(n int) { exited = n }),
		kong.Description(description), kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}))
	if err != nil {
		fmt.Fprintln(stderr, "authfix:", err)
		return trouble
	}
	switch {
	case len(args) == 0:
		args = []string{"--help"}
	case args[0] == "--version":
		args[0] = "version"
	}
	parsed, err := parser.Parse(args)
	if exited >= 0 {
		return exited
	}
	if err == nil {
		err = parsed.Run(&program{ctx: ctx, stdin: stdin, stdout: stdout, stderr: stderr, now: time.Now})
	} else {
		err = usage(err, args, parser.Model)
	}
	var s status
	switch {
	case err == nil, errors.Is(err, syscall.EPIPE):
		return recognised
	case errors.As(err, &s):
		return int(s)
	case errors.Is(err, context.Canceled):
		err = errors.New("interrupted")
	}
	complain(stderr, err)
	return trouble
}

// complain prints an error, each of its lines safe for a terminal.
func complain(stderr io.Writer, err error) {
	fmt.Fprint(stderr, "authfix: ")
	for line := range strings.SplitSeq(err.Error(), "\n") {
		fmt.Fprintln(stderr, terminal.Plain(line))
	}
}

// usage says of a command line that does not parse what is wrong with it and
// what to do.
func usage(err error, args []string, model *kong.Application) error {
	var names []string
	for _, node := range model.Children {
		names = append(names, node.Name)
	}
	first := args[0]
	text := err.Error()
	switch {
	case strings.HasPrefix(first, "-"), slices.Contains(names, first):
	case strings.ContainsAny(first, " =:\n"), len(first) > 40:
		return errors.New("to have a text diagnosed, write authfix diagnose before it")
	default:
		return fmt.Errorf("there is no command %s; %s", first, strictyaml.Suggest(first, names))
	}
	if flag, _, ok := strings.Cut(text, `: expected string value but got "EOL"`); ok {
		text = flag + " wants a value"
	}
	switch {
	case strings.HasPrefix(text, "unknown flag -") && first == "diagnose":
		text += "; a text that begins with '-' goes behind --"
	case !strings.Contains(text, "did you mean"):
		help := "authfix --help"
		if slices.Contains(names, first) {
			help = "authfix " + first + " --help"
		}
		text += "; see " + help
	}
	return errors.New(text)
}

// base loads the built-in failure modes and the team's own over them.
func (p *program) base() (*knowledge.Base, error) {
	c, err := readConfig(os.Getenv, os.Environ())
	if err != nil {
		return nil, err
	}
	b, err := knowledge.Builtin()
	if err != nil || c.FailureModes == "" {
		return b, err
	}
	s, err := knowledge.LoadOver(b, c.FailureModes)
	if err != nil {
		return nil, fmt.Errorf("AUTHFIX_FAILURE_MODES:\n%w", err)
	}
	return b.With(s)
}
