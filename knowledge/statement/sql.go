package statement

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
)

// sqlWrites are words that no reading statement holds outside quotes.
var sqlWrites = words(`INSERT UPDATE DELETE MERGE UPSERT DROP ALTER CREATE TRUNCATE RENAME GRANT REVOKE DENY EXEC EXECUTE
	CALL DO SET INTO LOCK UNLOCK COPY VACUUM ANALYZE ANALYSE REINDEX CLUSTER REFRESH TABLE NOTIFY LISTEN PREPARE DEALLOCATE
	BEGIN DECLARE COMMIT ROLLBACK SAVEPOINT HANDLER LOAD INSTALL ATTACH DETACH PRAGMA SHUTDOWN KILL WAITFOR RECONFIGURE
	DBCC BACKUP RESTORE USE PRINT RAISERROR THROW GOTO IF WHILE REVERT CHECKPOINT BULK WRITETEXT UPDATETEXT GO
	OUTFILE DUMPFILE PROCEDURE FLUSH RESET PURGE NEXTVAL OPENROWSET OPENQUERY OPENDATASOURCE OPENXML
	UPDLOCK XLOCK TABLOCK TABLOCKX HOLDLOCK SERIALIZABLE PAGLOCK ROWLOCK SHARE EXPLAIN DISCARD`)

// sqlCalls are the functions that may be called, and the words that may stand
// before a parenthesis without being one.
var sqlCalls = words(`COUNT SUM MIN MAX AVG SUBSTR SUBSTRING LEFT RIGHT LOWER UPPER LENGTH CHAR_LENGTH OCTET_LENGTH LEN DATALENGTH
	TRIM LTRIM RTRIM COALESCE NULLIF NVL IFNULL ISNULL CAST CONVERT TRY_CONVERT TRY_CAST CONCAT CONCAT_WS REPLACE POSITION
	STRPOS INSTR CHARINDEX LOCATE PATINDEX ROUND FLOOR CEIL CEILING ABS MOD SIGN TRUNC NOW GETDATE GETUTCDATE SYSDATETIME
	UTC_TIMESTAMP CURRENT_TIMESTAMP UNIX_TIMESTAMP FROM_UNIXTIME TO_CHAR TO_DATE TO_NUMBER TO_TIMESTAMP DATE_TRUNC DATE_PART EXTRACT
	DATEDIFF DATEADD DATE_ADD DATE_SUB TIMESTAMPDIFF DATE_FORMAT FORMAT YEAR MONTH DAY AGE GREATEST LEAST DECODE LISTAGG
	STRING_AGG GROUP_CONCAT ROW_NUMBER RANK DENSE_RANK LAG LEAD CHR CHAR ASCII REGEXP_LIKE REGEXP_SUBSTR REGEXP_INSTR
	SPLIT_PART SUBSTRING_INDEX JSON_VALUE JSON_EXTRACT FROM_TZ NUMTODSINTERVAL NUMTOYMINTERVAL
	SELECT FROM WHERE AND OR NOT ON IN AS USING WITH BY HAVING WHEN THEN ELSE UNION ALL EXCEPT INTERSECT MINUS JOIN OVER
	FILTER GROUP EXISTS ANY SOME VALUES LIMIT OFFSET TOP BETWEEN LIKE ILIKE IS DISTINCT CASE FETCH
	VARCHAR VARCHAR2 NVARCHAR NVARCHAR2 NCHAR NUMBER NUMERIC DECIMAL TIMESTAMP DATETIME2 BINARY VARBINARY INTERVAL`)

// sqlClauses are the words that may follow a table, besides its alias.
var sqlClauses = words(`WHERE GROUP ORDER HAVING UNION EXCEPT INTERSECT MINUS ON USING JOIN LEFT RIGHT INNER OUTER FULL CROSS
	NATURAL LIMIT OFFSET FETCH WITH SELECT`)

// sqlPrefixes are the functions through which a secret may be shown: they give
// its beginning, or its length.
var sqlPrefixes = words(`SUBSTR SUBSTRING LEFT`)
var sqlMeasures = words(`LENGTH CHAR_LENGTH OCTET_LENGTH LEN DATALENGTH COUNT`)

// words makes a set of the words of s when it is first asked for.
func words(s string) func() map[string]bool {
	return sync.OnceValue(func() map[string]bool {
		set := map[string]bool{}
		for w := range strings.FieldsSeq(s) {
			set[w] = true
		}
		return set
	})
}

// checkSQL accepts one SELECT, or WITH … SELECT.
func checkSQL(dialect, src string) error {
	ts, err := sqlTokens(dialect, src)
	if err != nil {
		return err
	}
	for n := len(ts); n > 0 && ts[n-1] == (sqlToken{signToken, ";"}); n-- {
		ts = ts[:n-1]
		if n > 1 && ts[n-2] == (sqlToken{signToken, ";"}) {
			break
		}
	}
	if len(ts) == 0 || ts[0].kind != wordToken || ts[0].text != "SELECT" && ts[0].text != "WITH" {
		return errors.New("the statement does not begin with SELECT or WITH: a diagnosis only reads")
	}
	if err := sqlWords(ts); err != nil {
		return err
	}
	if err := sqlOneSelect(ts); err != nil {
		return err
	}
	return sqlSecrets(ts)
}

// sqlWords refuses words that write, unknown functions and unbalanced
// parentheses.
func sqlWords(ts []sqlToken) error {
	depth := 0
	for i, t := range ts {
		switch {
		case t.kind == wordToken && sqlWrites()[t.text]:
			return fmt.Errorf("%s has no place in a statement that only reads: remove it, or quote it when it is a column", t.text)
		case t.kind == wordToken && t.text == "FOR" && i+1 < len(ts) && ts[i+1].kind == wordToken:
			return errors.New("FOR locks rows or reshapes the result: remove it")
		case t.kind != signToken:
		case t.text == ";":
			return errors.New("a second statement follows the ;: write one statement")
		case t.text == ")":
			if depth--; depth < 0 {
				return errors.New("a ) closes nothing: balance the parentheses")
			}
		case t.text == "(":
			depth++
			if i == 0 {
				break
			}
			switch p := ts[i-1]; {
			case p.kind == quotedToken, p.kind == markToken:
				return errors.New("a quoted name or a parameter stands before a parenthesis, as a function would: remove it")
			case p.kind == wordToken && !sqlCalls()[p.text], p.kind == wordToken && i > 1 && ts[i-2] == (sqlToken{signToken, "."}):
				return fmt.Errorf("%s( is not known to only read: use the common functions of text, numbers and times", p.text)
			}
		case t.text == "*" && (i == 0 || ts[i-1] == (sqlToken{signToken, "."}) || ts[i-1] == (sqlToken{signToken, ","}) ||
			ts[i-1].kind == wordToken && (ts[i-1].text == "SELECT" || ts[i-1].text == "DISTINCT" || ts[i-1].text == "ALL")):
			return errors.New("* may show tokens and passwords: name the columns")
		}
	}
	if depth != 0 {
		return errors.New("a ( is not closed: balance the parentheses")
	}
	return nil
}

// sqlOneSelect refuses a second statement where no ; is needed between two, as
// in SQL Server.
func sqlOneSelect(ts []sqlToken) error {
	depth, selects := 0, 0
	joined := true
	for i, t := range ts {
		if t.kind == signToken {
			switch t.text {
			case "(":
				depth++
			case ")":
				depth--
			}
		}
		if depth > 0 || t.kind != wordToken {
			continue
		}
		switch t.text {
		case "UNION", "EXCEPT", "INTERSECT", "MINUS":
			joined = true
		case "WITH":
			if i > 0 && (i+1 >= len(ts) || ts[i+1] != (sqlToken{signToken, "("})) {
				return errors.New("a second WITH stands in the statement: write one statement")
			}
		case "SELECT":
			if !joined {
				return errors.New("a second SELECT stands in the statement: write one statement, or join them by UNION ALL")
			}
			selects++
			joined = false
		}
	}
	if selects == 0 {
		return errors.New("the statement has no SELECT of its own: write one behind WITH")
	}
	return nil
}

// sqlSecrets refuses columns that hold secrets where the result would show
// them, and whole rows, which may. Only the select lists are looked at: a
// condition shows nothing.
func sqlSecrets(ts []sqlToken) error {
	type frame struct {
		call string // the word before the parenthesis
		list bool   // whether a select list is open
		own  bool   // whether it was opened at this depth
	}
	stack := []frame{{}}
	tables := sqlTables(ts)
	for i, t := range ts {
		f := &stack[len(stack)-1]
		switch {
		case t.kind == signToken && t.text == "(":
			n := frame{list: f.list}
			if i > 0 && ts[i-1].kind == wordToken {
				n.call = ts[i-1].text
			}
			stack = append(stack, n)
		case t.kind == signToken && t.text == ")":
			stack = stack[:len(stack)-1]
		case t.kind == wordToken && t.text == "SELECT":
			f.list, f.own = true, true
		case t.kind == wordToken && t.text == "FROM" && f.own:
			f.list = false
		case f.list && (t.kind == wordToken || t.kind == quotedToken):
			if i+1 < len(ts) && ts[i+1] == (sqlToken{signToken, "."}) {
				continue // a qualifier
			}
			if tables[strings.ToUpper(t.text)] && f.call != "COUNT" && !after(ts, i, ".") {
				return fmt.Errorf("%s names a whole row, which may show tokens and passwords: name the columns", t.text)
			}
			if !secretName(t.text) || i > 0 && ts[i-1] == (sqlToken{wordToken, "AS"}) {
				continue
			}
			if sqlMeasures()[f.call] || sqlPrefixes()[f.call] && shortPrefix(f.call, ts[i+1:]) {
				continue
			}
			return fmt.Errorf("the column %s holds a secret: show at most its first 8 characters, as SUBSTR(…, 1, 4)", t.text)
		}
	}
	return nil
}

// sqlTables returns the names that stand for whole rows: tables, their aliases
// and what stands before a dot, in upper case.
func sqlTables(ts []sqlToken) map[string]bool {
	set := map[string]bool{}
	name := func(i int) bool {
		return i < len(ts) && (ts[i].kind == quotedToken || ts[i].kind == wordToken)
	}
	add := func(i int) {
		// The table, perhaps AS, the alias.
		for k := i; k < i+3 && name(k) && !(ts[k].kind == wordToken && sqlClauses()[ts[k].text]); k++ {
			set[strings.ToUpper(ts[k].text)] = true
		}
	}
	type clause struct{ selected, from bool } // without a SELECT before it, FROM belongs to a function
	stack := []clause{{}}
	for i, t := range ts {
		c := &stack[len(stack)-1]
		switch {
		case t == sqlToken{signToken, "("}:
			stack = append(stack, clause{})
		case t == sqlToken{signToken, ")"}:
			stack = stack[:len(stack)-1]
			if stack[len(stack)-1].from {
				add(i + 1) // the alias of a query
			}
		case t == sqlToken{wordToken, "SELECT"}:
			*c = clause{selected: true}
		case t == sqlToken{wordToken, "FROM"} && c.selected, t == sqlToken{wordToken, "JOIN"}:
			c.from = true
			add(i + 1)
		case t == sqlToken{signToken, ","} && c.from:
			add(i + 1)
		case t.kind == wordToken && (t.text == "WHERE" || t.text == "GROUP" || t.text == "ORDER"):
			c.from = false
		case name(i) && i+1 < len(ts) && ts[i+1] == (sqlToken{signToken, "."}):
			set[strings.ToUpper(t.text)] = true
		}
	}
	delete(set, "AS")
	return set
}

// after reports whether the sign stands before the i-th token.
func after(ts []sqlToken, i int, sign string) bool {
	return i > 0 && ts[i-1] == (sqlToken{signToken, sign})
}

// shortPrefix reports whether a call that ends in ts takes at most 8
// characters: ", 1, 4)", "FROM 1 FOR 4)" or ", 4)".
func shortPrefix(call string, ts []sqlToken) bool {
	var n []string
	for _, t := range ts {
		switch {
		case t.kind == signToken && t.text == ")":
			if call == "LEFT" {
				n = append([]string{"1"}, n...)
			}
			if len(n) != 2 || n[0] != "1" {
				return false
			}
			k, err := strconv.Atoi(n[1])
			return err == nil && k <= 8
		case t.kind == numberToken:
			n = append(n, t.text)
		case t.kind == signToken && t.text == ",", t.kind == wordToken && (t.text == "FROM" || t.text == "FOR"):
		default:
			return false
		}
	}
	return false
}

// secretName reports whether a column's name says that it holds a secret.
func secretName(name string) bool {
	name = strings.ToUpper(name)
	for _, s := range [...]string{"TOKEN", "SECRET", "PASSWORD", "PASSWD", "PASSWORD_HASH", "CREDENTIAL", "CREDENTIALS", "PRIVATE_KEY", "PRIVATEKEY", "API_KEY", "APIKEY", "SECRET_KEY", "SECRETKEY", "SECRET_VALUE", "ACCESS_KEY", "PASSPHRASE"} {
		if strings.HasSuffix(name, s) {
			return true
		}
	}
	return false
}
