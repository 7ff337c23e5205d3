m="lumexol" 1:3 1:3||do="nm"||mo="nm"||f="nm"||du="nm"||r="hiccups" 1:6 1:6||e="start"||t="past"||c="factual"||ln="narrative"
m="lumexol" 1:3 1:3||do="nm"||mo="nm"||f="nm"||du="nm"||r="hiccups" 1:6 1:6||e="start"||t="past"||c="factual"||ln="narrative"
m="iron" 2:3 2:3||do="nm"||mo="nm"||f="nm"||du="for two weeks" 2:4 2:6||r="nm"||e="stop"||t="past"||c="factual"||ln="narrative"
m="lumexol" 3:5 3:5||do="nm"||mo="nm"||f="daily" 3:6 3:6||du="nm"||r="nm"||e="nm"||t="present"||c="suggestion"||ln="narrative"
